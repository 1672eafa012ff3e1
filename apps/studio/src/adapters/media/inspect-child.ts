import type { Upload } from '../../application/media-ports';
import { inspectFile } from './inspect-file';

/** The child's whole life: a file in, a verdict out. */
process.once('message', (upload: Upload) => {
  void inspectFile(upload).then((verdict) => process.send?.(verdict));
});
process.on('disconnect', () => process.exit(0));
