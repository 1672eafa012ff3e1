import { createHash } from 'node:crypto';
import type { SteadClient } from '@stead/web/api-client';

const POINTS = 2_000;

/** A capture of one small point cloud, verified; its id. */
export async function makeCapture(client: SteadClient): Promise<string> {
  const file = cloud();
  const capture = await client.post<{ id: string }>('/v1/captures', { name: 'Bench', kind: 'pointcloud' });
  const { files } = await client.post<{ files: { fileId: string; upload: { parts: { url: string }[] } }[] }>(
    `/v1/captures/${capture.id}/files`,
    {
      files: [{ name: 'cloud.ply', bytes: file.length, sha256: createHash('sha256').update(file).digest('hex') }],
    },
  );
  const planned = files[0];
  const answer = await fetch(planned?.upload.parts[0]?.url ?? '', { method: 'PUT', body: new Uint8Array(file) });
  await client.post(`/v1/captures/${capture.id}/files/${planned?.fileId}/complete`, {
    parts: [{ number: 1, etag: answer.headers.get('etag') }],
  });
  await client.post(`/v1/captures/${capture.id}/commit`, {});
  while ((await client.get<{ state: string }>(`/v1/captures/${capture.id}`)).state !== 'verified')
    await new Promise((wait) => setTimeout(wait, 50));
  return capture.id;
}

function cloud(): Buffer {
  const rows = Array.from({ length: POINTS }, (_, i) => `${Math.cos(i)} ${Math.sin(i)} ${i / POINTS} ${i % 256} 90 160`);
  const properties = ['float x', 'float y', 'float z', 'uchar red', 'uchar green', 'uchar blue'].map(
    (property) => `property ${property}`,
  );
  return Buffer.from(
    ['ply', 'format ascii 1.0', `element vertex ${POINTS}`, ...properties, 'end_header', ...rows, ''].join('\n'),
  );
}
