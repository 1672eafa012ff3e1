import sharp from 'sharp';

const [WIDTH, HEIGHT] = [800, 600];
const SHAPES = 400;

/** A photo of a place that no map knows: full of corners, none of which is in the sample. */
export async function anotherPlace(seed: number): Promise<Buffer> {
  let state = seed;
  const random = (): number => (state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff) / 0x7fffffff;
  const shapes = Array.from({ length: SHAPES }, () => {
    const [x, y, w, h] = [random() * WIDTH, random() * HEIGHT, 8 + random() * 90, 8 + random() * 90];
    const colour = [random(), random(), random()].map((value) => Math.floor(value * 255)).join();
    const turned = `rotate(${Math.floor(random() * 90)} ${x} ${y})`;
    return `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="rgb(${colour})" transform="${turned}"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}">${shapes.join('')}</svg>`;
  return sharp(Buffer.from(svg)).jpeg().toBuffer();
}
