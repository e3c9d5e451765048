/** Where the parts of the installed package are. The same from every folder of `dist` and from `src/runtime`. */
import { fileURLToPath } from "node:url";

const inPackage = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

/** The privileged half. */
export const POLICYD = inPackage("dist/native/policyd");
/** The policies that `include "std:NAME"` takes in. */
export const STD_FOLDER = inPackage("std");
/** A page for each diagnostic. */
export const DIAGNOSTICS_FOLDER = inPackage("docs/diagnostics");
export const PACKAGE_JSON = inPackage("package.json");
