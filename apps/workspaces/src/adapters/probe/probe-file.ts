import type { ProbeFile } from '../../application/ports';
import type { FileReport } from '../../domain/capture';
import { probePhoto } from './probe-photo';
import { probePointCloud } from './probe-point-cloud';
import { probeVideo } from './probe-video';
import { failed } from '../../domain/file-report';

export async function probeFile(file: ProbeFile): Promise<FileReport> {
  try {
    if (file.kind === 'photos') return await probePhoto(file);
    return file.kind === 'video' ? await probeVideo(file) : await probePointCloud(file);
  } catch (error) {
    return failed({
      code: 'unreadable',
      detail: `The file cannot be read: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}.`,
      fix: 'Export it again from the camera or program that made it.',
      severity: 'error',
    });
  }
}
