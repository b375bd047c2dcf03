export type { Catalogue, LabEvent, Settings } from "./stories.ts";
