/** How often a property is tried: `RUNS=100000 npx vitest run …` for a thorough search. */
export const runs = (usual: number): { numRuns: number } => ({ numRuns: Number(process.env["RUNS"] ?? usual) });
