// Publishes the newest map that is ready with what hangs in it, for whoever knows a password, and makes a link for the press.
//   STEAD_URL=http://127.0.0.1:8080 STEAD_API_KEY=… node publish.mjs
import { steadApi } from '@stead/api-client';

const { STEAD_URL: baseUrl, STEAD_API_KEY: credential } = process.env;
const api = steadApi({ baseUrl, credential });

const { data: scenes } = await api.GET('/v1/scenes', { params: { query: { limit: 1 } } });
const [scene] = scenes.items;
if (scene === undefined) throw new Error('There is no scene yet: build a map first');

const { data: publication } = await api.POST('/v1/publications', {
  body: {
    spaceMapId: scene.spaceMapId,
    sceneId: scene.id,
    title: 'The gallery',
    visibility: 'password',
    password: 'open sesame',
    embedSites: ['https://museum.example'],
  },
});
console.log(`published: ${baseUrl}${publication.path} (${publication.visibility})`);

const { data: link } = await api.POST('/v1/publications/{publicationId}/links', {
  params: { path: { publicationId: publication.id } },
  body: { name: 'For the press', viewsMax: 100, expiresAt: new Date(Date.now() + 7 * 86_400_000).toISOString() },
});
console.log(`for the press: ${baseUrl}${link.path}`);

// As a visitor: without a key. The publication is on its way to where visitors read it; the client asks again until it is there.
const visitor = steadApi({ baseUrl });
for (;;) {
  const opened = await visitor.POST('/v1/visits', { body: { place: link.id } }).catch((error) => error);
  if (opened.data !== undefined) {
    console.log(`a visitor sees: ${opened.data.publication.title}, ${opened.data.publication.quality.points} points`);
    break;
  }
  if (opened.code !== 'viewing/publication-not-found') throw opened;
  await new Promise((resolve) => setTimeout(resolve, 200));
}
