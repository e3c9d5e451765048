/** The catalogue. */
import { CLOUDS } from "./credentials-clouds.js";
import { CODE } from "./credentials-code.js";
import { KEYS } from "./credentials-keys.js";
import { PEOPLE } from "./credentials-people.js";
import type { Entry } from "./entry.js";
import { GIT } from "./git.js";
import { NETWORK, SERVICES } from "./network.js";
import { PRIVILEGES_OF_PROCESSES } from "./privileges.js";
import { PROGRAMS } from "./programs.js";
import { PROJECT_FILES } from "./project-files.js";
import { SHAPES } from "./shapes.js";
import { START_UP_FILES, SYSTEM_FILES } from "./system-files.js";

export const CATALOGUE: readonly Entry[] = [
  ...KEYS, ...CLOUDS, ...CODE, ...PEOPLE, ...SYSTEM_FILES, ...START_UP_FILES, ...PROJECT_FILES, ...NETWORK, ...SERVICES,
  ...GIT, ...PROGRAMS, ...PRIVILEGES_OF_PROCESSES, ...SHAPES,
];
