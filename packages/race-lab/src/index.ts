export { readCatalogue } from "./catalogue.ts";
export { type Order, type OrderIssue, readOrder } from "./order.ts";
export { type RunOptions, runLab } from "./run/run-lab.ts";
