// What docs/openapi.json says that each route can answer with, and which of that was heard.
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];
/** Headers whose presence the document speaks of, as their names are spelled there. */
const HEADERS = ['ETag'];

function readDocument() {
  return JSON.parse(readFileSync(join(__dirname, '../../docs/openapi.json'), 'utf8'));
}

/** Each answer as one line: `GET /v1/runs/{runId} 404`, and `GET /v1/runs/{runId} 200 ETag` where it carries that header. */
function documentedAnswers({ paths }) {
  return Object.entries(paths).flatMap(([path, operations]) =>
    METHODS.filter((method) => operations[method] !== undefined).flatMap((method) =>
      Object.entries(operations[method].responses).flatMap(([status, { headers = {} }]) => {
        const line = `${method.toUpperCase()} ${path} ${status}`;
        return [line, ...HEADERS.filter((name) => headers[name] !== undefined).map((name) => `${line} ${name}`)];
      }),
    ),
  );
}

/** Finds the route of a path, `METHOD /v1/things/{thingId}`; null where the document has none. Whole words go before `{…}`. */
function routesOf({ paths }) {
  const routes = Object.entries(paths).map(([path, operations]) => ({
    ...{ path, operations, parameters: path.split('{').length },
    pattern: new RegExp(`^${path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }));
  routes.sort((a, b) => a.parameters - b.parameters);
  return (method, url) => {
    const asked = url.split(/[?#]/)[0];
    const found = routes.find(({ pattern, operations }) => operations[method.toLowerCase()] !== undefined && pattern.test(asked));
    return found === undefined ? null : `${method} ${found.path}`;
  };
}

/** The lines of an answer: of its status, and of each header that the document could speak of. */
function linesOf(route, status, headerNames) {
  const given = new Set(headerNames.map((name) => name.toLowerCase()));
  return [`${route} ${status}`, ...HEADERS.filter((name) => given.has(name.toLowerCase())).map((name) => `${route} ${status} ${name}`)];
}

/**
 * What was documented and never heard, heard and never documented, and excused without need. A refusal that a route does not name
 * is its `default`.
 */
function compare(documented, heard, excused) {
  const known = new Set(documented);
  const named = [...new Set(heard)].map((line) => {
    const [, method, path, status, header] = /^(\S+) (\S+) (\d+)(?: (\S+))?$/.exec(line);
    const unnamed = Number(status) >= 400 && !known.has(`${method} ${path} ${status}`);
    return unnamed ? `${method} ${path} default${header === undefined ? '' : ` ${header}`}` : line;
  });
  const answered = new Set(named);
  return {
    never: documented.filter((line) => !answered.has(line) && !Object.hasOwn(excused, line)),
    undocumented: [...answered].filter((line) => !known.has(line)).sort(),
    needless: Object.keys(excused).filter((line) => answered.has(line) || !known.has(line)),
  };
}

module.exports = { readDocument, documentedAnswers, routesOf, linesOf, compare };
