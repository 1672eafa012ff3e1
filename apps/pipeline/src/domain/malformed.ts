/** Content that is not what its format says. The runner turns it into a failure of kind `data`. */
export class Malformed extends Error {
  constructor(
    /** kebab-case and stable: `malformed-colmap-model`. */
    readonly code: string,
    detail: string,
  ) {
    super(detail);
    this.name = 'Malformed';
  }
}
