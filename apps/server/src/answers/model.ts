import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import type { ModelConfig } from "../config.ts";
import type { AnswerModel } from "./answer-model.ts";
import { createDemoModel } from "./demo-model.ts";

/** What answers: any OpenAI-compatible endpoint, or the demo model where none is configured. */
export function createModel(config: ModelConfig | undefined): AnswerModel {
  // The SDK would print them past the log.
  globalThis.AI_SDK_LOG_WARNINGS = false;
  if (config === undefined) return createDemoModel();
  const { url: baseURL, name, key } = config;
  const provider = createOpenAICompatible({
    name: "model",
    baseURL,
    // What an answer costs is what the endpoint says that it used.
    includeUsage: true,
    ...(key === undefined ? {} : { apiKey: key }),
  });
  return provider(name);
}
