// Hangs a marker up in the newest map that is ready, and draws a tour along the way of whoever took the pictures.
//   STEAD_URL=http://127.0.0.1:8080 STEAD_API_KEY=… node annotate.mjs
import { randomUUID } from 'node:crypto';
import { ApiProblem, steadApi } from '@stead/api-client';

const api = steadApi({ baseUrl: process.env.STEAD_URL, credential: process.env.STEAD_API_KEY });

const { data: scenes } = await api.GET('/v1/scenes', { params: { query: { limit: 1 } } });
const [scene] = scenes.items;
if (scene === undefined) throw new Error('There is no scene yet: build a map first');
const scenePath = { params: { path: { sceneId: scene.id } } };

const { data: tour } = await api.POST('/v1/scenes/{sceneId}/draft-tour', { ...scenePath, body: { stops: 5 } });
const [first] = tour.stops;
const hotspot = {
  kind: 'hotspot',
  id: randomUUID(),
  title: { ko: '입구', en: 'Entrance' },
  text: { en: '<p>Here the walk <strong>begins</strong>.</p>' },
  anchor: first.view.target,
  view: first.view,
};
const { data: changed } = await api.PATCH('/v1/scenes/{sceneId}', {
  ...scenePath,
  // Saving the same change again, because its answer was lost, changes nothing.
  body: { changeId: randomUUID(), changes: [hotspot, tour].map((element) => ({ op: 'put', element })) },
});
console.log(`${changed.name}: revision ${changed.revision}, ${changed.elements} elements`);

try {
  await api.PATCH('/v1/scenes/{sceneId}', {
    ...scenePath,
    body: {
      changeId: randomUUID(),
      changes: [{ op: 'put', element: { ...hotspot, text: { en: '<script>alert(1)</script>' } } }],
    },
  });
} catch (error) {
  if (!(error instanceof ApiProblem)) throw error;
  console.log(`refused: ${error.code} at ${error.errors[0]?.pointer}`);
}
