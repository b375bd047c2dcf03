/** Opens and closes the drawer. No letter, so nothing that is typed can be it. */
export const SHORTCUT = "F9";
