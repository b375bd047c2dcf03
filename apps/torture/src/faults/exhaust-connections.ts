import { connect, type Socket } from "node:net";
import { type Fault, pause } from "./fault.ts";

/** Version 3.0 of the protocol, as user postgres: Postgres gives it a slot, asks for the password, and waits. */
const STARTUP = Buffer.from("\0\0\0\x22\0\x03\0\0user\0postgres\0database\0x\0\0", "latin1");
const MORE_THAN_THERE_ARE = 110;

/** Takes every connection that Postgres has left, and ends Holdfast's, so that it can't get new ones for a while. */
export const exhaustConnections: Fault = {
  name: "postgres: no connection left",
  async strike({ world, random }) {
    let refused = 0;
    const take = (): Socket => {
      const socket = connect(world.databasePort, "127.0.0.1", () => socket.write(STARTUP));
      // An "E" is 53300, too many connections; an "R" asks for the password.
      socket.once("data", (data) => {
        if (data[0] === 0x45) refused++;
      });
      return socket.on("error", () => {});
    };
    const taken = Array.from({ length: MORE_THAN_THERE_ARE }, take);
    await pause(100);
    for (const { databaseProxy } of world.servers) databaseProxy.breakAll("reset");
    // What Holdfast has just lost must not be free for it to take again.
    const greedy = setInterval(() => taken.push(take()), 20);
    await pause(random.whole(300, 900));
    clearInterval(greedy);
    for (const socket of taken) socket.destroy();
    return refused > 0 ? 1 : 0;
  },
};
