import { PassThrough, type Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { Archives, type ArchivedFile } from '../application/ports';

/** The length is told to the callback; the package's types leave that out. */
type End = (options: { forceZip64Format: boolean; comment: string }, told: (bytes: number) => void) => void;

export class YazlArchives extends Archives {
  of(files: readonly ArchivedFile[], mtime: Date): Promise<{ bytes: number; body: Readable }> {
    return new Promise((resolve, reject) => {
      const zip = new ZipFile();
      const body = new PassThrough();
      const opened = new Set<Readable>();
      for (const { path, bytes: size, open } of files) {
        // Not packed: tiles are dense already, and so its length is known before its first byte.
        zip.addReadStreamLazy(path, { compress: false, size, mtime }, (done) => {
          open().then(
            (stream) => {
              opened.add(stream);
              stream.once('close', () => opened.delete(stream));
              stream.once('error', (error) => body.destroy(error));
              done(null, stream);
            },
            (error: Error) => body.destroy(error),
          );
        });
      }
      zip.on('error', (error) => body.destroy(error instanceof Error ? error : new Error(String(error))));
      body.once('close', () => {
        for (const stream of opened) stream.destroy(); // whoever asked has gone
      });
      const end = zip.end.bind(zip) as unknown as End; // see above
      end({ forceZip64Format: false, comment: '' }, (bytes) => {
        if (bytes < 0) reject(new Error('the length of an archive is not known'));
        else resolve({ bytes, body });
      });
      zip.outputStream.pipe(body);
    });
  }
}
