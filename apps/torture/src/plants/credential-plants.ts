import type { Plant } from "./plant.ts";

const TOKENS = "apps/server/src/auth/tokens.ts";

// What people get wrong about who calls.
export const credentialPlants: readonly Plant[] = [
  {
    name: "expired-token-accepted",
    bug: "a token is good for some hours after its end",
    edits: [
      {
        file: TOKENS,
        find: "const CLOCK_TOLERANCE_SECONDS = 5;",
        replace: "const CLOCK_TOLERANCE_SECONDS = 10_000;",
      },
    ],
  },
  {
    name: "signature-not-checked",
    bug: "what a token says is believed, whoever has signed it",
    edits: [
      {
        file: TOKENS,
        find: 'jwtVerify(token, key, { ...options, algorithms: ["HS256"] }).catch(() => undefined);',
        replace:
          'jwtVerify(token, key, { ...options, algorithms: ["HS256"] }).catch(() => ({ payload: JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString() || "{}") }) as JWTVerifyResult);',
      },
    ],
  },
];
