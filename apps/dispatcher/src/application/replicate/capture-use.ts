/** Copies of one capture are not removed while another run is having it copied, nor copied while they are being removed. */
export class CaptureUse {
  private readonly copying = new Map<string, number>();
  private readonly removing = new Set<string>();

  /** False while the copies of this capture are being removed. */
  beginCopy(captureId: string): boolean {
    if (this.removing.has(captureId)) return false;
    this.copying.set(captureId, (this.copying.get(captureId) ?? 0) + 1);
    return true;
  }

  endCopy(captureId: string): void {
    const left = (this.copying.get(captureId) ?? 1) - 1;
    if (left === 0) this.copying.delete(captureId);
    else this.copying.set(captureId, left);
  }

  /** Null, and nothing is done, while somebody copies it. */
  async whileUnused<T>(captureId: string, remove: () => Promise<T>): Promise<T | null> {
    if (this.copying.has(captureId) || this.removing.has(captureId)) return null;
    this.removing.add(captureId);
    try {
      return await remove();
    } finally {
      this.removing.delete(captureId);
    }
  }
}
