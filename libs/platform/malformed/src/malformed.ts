/** Content that is not what its format says: the fault of whoever made it, and no other try mends it. */
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
