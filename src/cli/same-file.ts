/** Whether two names are of one file. */
import { existsSync, realpathSync } from "node:fs";

export const isSameFile = (one: string, other: string): boolean =>
  one === other || (existsSync(one) && existsSync(other) && realpathSync(one) === realpathSync(other));
