import type { LanguageModel } from "ai";

/** A model, as the AI SDK has it. */
export type AnswerModel = Extract<LanguageModel, { specificationVersion: "v3" }>;
