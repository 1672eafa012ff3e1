/** Bytes that arrive in pieces of any size, and are taken in those that are wanted. Copies each byte at most once. */
export class Pieces {
  private readonly waiting: Buffer[] = [];
  private bytes = 0;

  get length(): number {
    return this.bytes;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.waiting.push(piece);
    this.bytes += piece.length;
  }

  /** The first `count` of them, or as many as there are. */
  take(count: number): Buffer {
    const taken: Buffer[] = [];
    let left = Math.min(count, this.bytes);
    this.bytes -= left;
    while (left > 0) {
      const first = this.waiting[0];
      if (first === undefined) throw new Error('the count of bytes is wrong');
      if (first.length <= left) {
        taken.push(first);
        this.waiting.shift();
        left -= first.length;
      } else {
        taken.push(first.subarray(0, left));
        this.waiting[0] = first.subarray(left);
        left = 0;
      }
    }
    return taken.length === 1 && taken[0] !== undefined ? taken[0] : Buffer.concat(taken);
  }
}
