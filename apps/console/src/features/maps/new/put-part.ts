/** The object store did not take a part. Status 0: it was not reached, or the connection broke. */
export class PartRefused extends Error {
  constructor(readonly status: number) {
    super(`the object store answered ${status} to a part`);
  }
}

/** Sends a part and tells how much of it has gone. XMLHttpRequest, as fetch does not tell. Its entity tag completes the file later. */
export function putPart(url: string, part: Blob, signal: AbortSignal, onSent: (bytes: number) => void): Promise<string> {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    const abort = (): void => request.abort();
    const over = (): void => signal.removeEventListener('abort', abort);
    request.upload.onprogress = ({ loaded }) => onSent(Math.min(loaded, part.size));
    request.onload = () => {
      over();
      const etag = request.getResponseHeader('etag');
      if (request.status >= 200 && request.status < 300 && etag !== null) done(etag);
      else fail(new PartRefused(request.status));
    };
    request.onerror = request.ontimeout = () => {
      over();
      fail(new PartRefused(0));
    };
    request.onabort = () => {
      over();
      fail(new DOMException('paused', 'AbortError'));
    };
    signal.addEventListener('abort', abort);
    request.open('PUT', url);
    request.send(part);
  });
}
