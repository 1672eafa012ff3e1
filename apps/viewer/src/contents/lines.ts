import type { ElementOf } from '@stead/contracts/studio';
import type { Vec3 } from '@stead/web/viewer-core';
import type { Label, Labels } from './labels';
import { quantityText } from './quantity';
import { middleOf, type Room } from './room';

type Segment = readonly [Vec3, Vec3];
type Wheelchair = 'yes' | 'no' | 'unsure';

const MEASURED = '#d97706';
/** Said in words too: colours alone would leave some out. */
const WAYS: Record<Wheelchair, string> = { yes: '#15803d', no: '#dc2626', unsure: '#7c3aed' };

/** Measurements and routes as lines in the picture, with their values beside them. */
export class Lines {
  private shownNow = true;

  constructor(
    private readonly room: Room,
    private readonly labels: Labels,
  ) {
    this.write();
  }

  get any(): boolean {
    const { catalogue } = this.room;
    return catalogue.all('measurement').length + catalogue.all('route-path').length > 0;
  }

  get shown(): boolean {
    return this.shownNow;
  }

  toggle(): void {
    this.shownNow = !this.shownNow;
    this.write();
  }

  write(): void {
    const { viewer, catalogue } = this.room;
    if (viewer === null) return;
    const measurements = this.shownNow ? catalogue.all('measurement') : [];
    const ways = this.shownNow ? catalogue.all('route-path').flatMap((path) => this.wayOf(path)) : [];
    const segments = measurements.flatMap(segmentsOf);
    viewer.show('measurements', { colour: MEASURED, segments, dots: segments.flat() });
    for (const wheelchair of ['yes', 'no', 'unsure'] as const) {
      const of = ways.filter((way) => way.wheelchair === wheelchair).map(({ segment }) => segment);
      viewer.show(`ways-${wheelchair}`, { colour: WAYS[wheelchair], segments: of, widthPx: 5 });
    }
    this.labels.show('lines', [...measurements.flatMap((one) => this.valueOf(one)), ...ways.map(({ label }) => label)]);
  }

  private valueOf(measurement: ElementOf<'measurement'>): Label[] {
    const derived = this.room.catalogue.derived(measurement.id, 'measurement');
    if (derived === null) return [];
    return [{ at: middleOf(measurement.measured.points), text: quantityText(derived.measured, this.room.language) }];
  }

  private wayOf({ id, fromId, toId }: ElementOf<'route-path'>): { segment: Segment; wheelchair: Wheelchair; label: Label }[] {
    const { catalogue, words, language } = this.room;
    const [from, to] = [catalogue.find('route-point', fromId), catalogue.find('route-point', toId)];
    if (from === null || to === null) return [];
    const derived = catalogue.derived(id, 'route-path');
    const wheelchair = derived?.wheelchair ?? 'unsure';
    const lengthM = derived?.lengthM ?? null;
    const length = lengthM === null ? '' : `${quantityText({ value: lengthM, error: null, unit: 'm' }, language)} · `;
    const text = `${length}${words.wheelchair}: ${words[`wheelchair-${wheelchair}`]}`;
    return [{ segment: [from.position, to.position], wheelchair, label: { at: middleOf([from.position, to.position]), text } }];
  }
}

/** A height is drawn upright, from below the higher point; an outline comes back to where it began. */
function segmentsOf({ measured }: ElementOf<'measurement'>): Segment[] {
  const { points } = measured;
  if (measured.of === 'height') {
    const [a, b] = [points[0], points[1]];
    if (a === undefined || b === undefined) return [];
    const [low, high] = a[2] <= b[2] ? [a, b] : [b, a];
    const foot: Vec3 = [high[0], high[1], low[2]];
    return [
      [low, foot],
      [foot, high],
    ];
  }
  const ring = measured.of === 'area' ? [...points, ...points.slice(0, 1)] : points;
  return ring.slice(1).flatMap((point, i) => {
    const before = ring[i];
    return before === undefined ? [] : [[before, point] as const];
  });
}
