/** As much of an OpenAPI document as is looked at. */
export interface Documented {
  paths: Readonly<Record<string, Readonly<Record<string, { responses: Readonly<Record<string, { headers?: object }>> }>>>>;
}
export interface Comparison {
  never: string[];
  undocumented: string[];
  needless: string[];
}
export function readDocument(): Documented;
export function documentedAnswers(document: Documented): string[];
export function routesOf(document: Documented): (method: string, url: string) => string | null;
export function linesOf(route: string, status: number, headerNames: readonly string[]): string[];
export function compare(documented: readonly string[], heard: readonly string[], excused: Readonly<Record<string, string>>): Comparison;
