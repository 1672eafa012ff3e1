// Beside each spec file, when STEAD_ANSWERS names a folder: writes down which answers of documented routes the file has heard.
// Whoever asks, over fetch or undici or node:http, it is heard where the answer arrives, so that no test has to help with it.
const { appendFileSync, mkdirSync } = require('node:fs');
const { join } = require('node:path');
const { subscribe, unsubscribe } = require('node:diagnostics_channel');
const { linesOf, readDocument, routesOf } = require('./document.cjs');

/** Where services themselves answer: elsewhere specs play them. The gateway answers for services that are away. */
const REAL = /\/apps\/(?:(?:workspaces|space-maps|dispatcher|studio|viewing|notifications|e2e)\/|gateway\/test\/documented-)/;

const folder = process.env.STEAD_ANSWERS;
if (folder !== undefined && REAL.test(expect.getState().testPath ?? '')) listen(folder);

function listen(into) {
  mkdirSync(into, { recursive: true });
  const file = join(into, `${process.pid}.txt`);
  const routeOf = routesOf(readDocument());
  const heard = new Set();
  const hear = (method, url, status, headerNames) => {
    const route = routeOf(method, url);
    const lines = route === null ? [] : linesOf(route, status, headerNames).filter((line) => !heard.has(line));
    for (const line of lines) heard.add(line);
    if (lines.length > 0) appendFileSync(file, `${lines.join('\n')}\n`);
  };
  const ears = {
    'undici:request:headers': ({ request, response }) =>
      hear(request.method, request.path, response.statusCode, response.headers.filter((_, i) => i % 2 === 0).map(String)),
    'http.client.response.finish': ({ request, response }) =>
      hear(request.method, request.path, response.statusCode, Object.keys(response.headers)),
  };
  for (const [channel, ear] of Object.entries(ears)) subscribe(channel, ear);
  afterAll(() => {
    for (const [channel, ear] of Object.entries(ears)) unsubscribe(channel, ear);
  });
}
