// Switches one planted bug on, in a server that the torture run starts: `node --import register.mjs --import tsx …` with
// HOLDFAST_PLANT=name. It must be registered before tsx, whose loader then compiles what this one changed.
import { register } from "node:module";

register("./loader.mjs", import.meta.url, { data: { plant: process.env["HOLDFAST_PLANT"] } });
