/** Another object lies under the key already. Nothing was overwritten: which of the two is right, only people can say. */
export class ObjectConflict extends Error {
  constructor(
    readonly key: string,
    there: { store: string; description: string },
    source: { store: string; description: string },
  ) {
    super(`${there.store} has another object under ${key}: ${there.description}, and ${source.store} has ${source.description}`);
    this.name = 'ObjectConflict';
  }
}

/** What was to be copied is not in the store that should have it, or not what its record says. */
export class SourceUnusable extends Error {
  constructor(
    readonly key: string,
    readonly reason: 'missing' | 'damaged',
    detail: string,
  ) {
    super(detail);
    this.name = 'SourceUnusable';
  }
}

/** It was written anew while it was being read. The next look sees the new one. */
export class SourceChanged extends Error {
  constructor(readonly key: string) {
    super(`${key} changed while it was copied`);
    this.name = 'SourceChanged';
  }
}

/** Nobody needs the copy any more, or this process has to let go of it. */
export class CopyStopped extends Error {
  constructor() {
    super('the copy was stopped');
    this.name = 'CopyStopped';
  }
}
