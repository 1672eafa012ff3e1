import fc from 'fast-check';
import { fileAddressOf } from './file-address';

describe('the address of a file', () => {
  it.each([
    ['/t/abc.def/tiles/tileset.json', 'tiles/tileset.json'],
    ['/t/abc.def/tiles/0/1-2_3.glb', 'tiles/0/1-2_3.glb'],
    ['/t/abc.def/poster.jpg?x=1', 'poster.jpg'],
  ])('%s names a file', (url, path) => expect(fileAddressOf(url)).toEqual({ token: 'abc.def', path }));

  it.each([
    '/t/abc.def',
    '/t/abc.def/',
    '/t//tiles/',
    '/t/abc.def/../secret',
    '/t/abc.def/tiles/../../secret',
    '/t/abc.def/tiles/..%2f..%2fsecret',
    '/t/abc.def/tiles/%2e%2e/secret',
    '/t/abc.def/tiles/%252e%252e/secret',
    '/t/abc.def/tiles//tileset.json',
    '/t/abc.def//tiles/tileset.json',
    '/t/abc.def/./tileset.json',
    '/t/abc.def/.hidden',
    '/t/abc.def/tiles\\..\\secret',
    '/t/abc.def/tiles/tileset.json%00',
    '/t/abc.def/tiles/tileset.json/',
    '/t/abc.def/타일.json',
    `/t/abc.def/${'a/'.repeat(400)}b`,
    'http://elsewhere/t/abc.def/tiles/tileset.json',
    '/x/abc.def/tiles/tileset.json',
    '*',
    '',
  ])('%s names none', (url) => expect(fileAddressOf(url)).toBeNull());

  it('never has a part that leads upwards, is empty or is escaped, whatever comes', () => {
    const piece = fc.constantFrom('..', '.', '', '%2e', '%2f', '%', '\\', 'tiles', 'a.glb', '\u0000', ' ', 'é');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const address = fileAddressOf(`/t/token/${pieces.join('/')}`);
        for (const segment of address?.path.split('/') ?? []) expect(segment).toMatch(/^[A-Za-z0-9_-][A-Za-z0-9._-]*$/);
      }),
    );
  });
});
