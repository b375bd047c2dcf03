// The server of a run: `holdfast serve`, on terms of the run's own and with a generator that plays the model.

import { createFeatures } from "@holdfast/db";
import { createServer } from "@holdfast/server";
import { serveUntilTold } from "@holdfast/server/serve-until-told";
import { createRandom } from "../random.ts";
import { TERMS } from "../terms.ts";
import { openDiary } from "./diary.ts";
import { createGenerator } from "./generator.ts";

const [, , file = "", server = "0"] = process.argv;
const diary = openDiary(file);
const random = createRandom(process.pid);

serveUntilTold((config, log) =>
  createServer(config, {
    log,
    features: createFeatures(TERMS),
    answers: (db) => createGenerator({ db, diary, random, server: Number(server) }),
  }),
).catch((error: unknown) => {
  process.stderr.write(`torture server: ${error}\n`);
  process.exit(1);
});
