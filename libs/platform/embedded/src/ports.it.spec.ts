import { createServer, type Server } from 'node:net';
import { freePort, onFreePort } from './ports';

describe('ports', () => {
  const servers: Server[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done)))));

  function listen(port: number): Promise<number> {
    const server = createServer();
    return new Promise((done, failed) => {
      server.once('error', failed);
      server.listen(port, '127.0.0.1', () => {
        servers.push(server);
        done(port);
      });
    });
  }

  it('several that want the same one at the same moment all listen, one of them there', async () => {
    const wanted = await freePort();
    const ports = await Promise.all([1, 2, 3].map(() => onFreePort(wanted, listen)));
    expect(new Set(ports).size).toBe(3);
    expect(ports).toContain(wanted);
  });

  it('a server that fails for another reason is not tried again', async () => {
    let tries = 0;
    const refused = onFreePort(await freePort(), async () => {
      tries += 1;
      throw Object.assign(new Error('no'), { code: 'EACCES' });
    });
    await expect(refused).rejects.toThrow('no');
    expect(tries).toBe(1);
  });

  it('are looked for below those that systems hand out', async () => {
    for (let i = 0; i < 50; i += 1) expect(await freePort()).toBeLessThan(32_768);
  });
});
