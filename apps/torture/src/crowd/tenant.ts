/** A tenant of nobody else's, so that no checker meets what a crowd has left. */
export const CROWD_TENANT = 1_000_000;
