import type { ProbeFile } from '../../application/ports';
import { probeFile } from './probe-file';

/** The child's whole life: a file in, a report out. */
process.on('message', (message: { id: number; file: ProbeFile }) => {
  void probeFile(message.file).then((report) => process.send?.({ id: message.id, report }));
});
process.on('disconnect', () => process.exit(0));
