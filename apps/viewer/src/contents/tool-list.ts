import type { Lines } from './lines';
import type { MeasureTool } from './measure-tool';
import type { MiniMap } from './mini-map';
import type { Photos } from './photos';
import type { Room } from './room';
import type { Splats } from './splats';
import type { Tool } from './tools';

export interface ToolParts {
  readonly list: { isOpen(): boolean; toggle(): void };
  readonly map: MiniMap;
  readonly measure: MeasureTool;
  readonly lines: Lines;
  readonly photos: Photos;
  readonly splats: Splats;
  /** Null where whoever shared the place does not allow it. */
  readonly download: (() => void) | null;
  readonly ar: { there(): boolean; start(): void };
  readonly ask: { isOpen(): boolean; toggle(): void };
}

/** The buttons above the picture, and when there is a point in each. */
export function toolsOf(room: Room, { list, map, measure, lines, photos, splats, download, ar, ask }: ToolParts): Tool[] {
  const drawn = room.viewer !== null;
  return [
    {
      ...{ id: 'contents', icon: 'list', label: () => room.words.contents, title: null },
      ...{ pressed: () => list.isOpen(), there: () => room.catalogue.listed.length > 0, press: () => list.toggle() },
    },
    {
      ...{ id: 'plan', icon: 'plan', label: () => room.words.plan, title: null },
      ...{ pressed: () => map.shown, there: () => map.any, press: () => map.toggle() },
    },
    {
      ...{ id: 'measure', icon: 'ruler', label: () => room.words.measure, title: null },
      ...{ pressed: () => measure.active, there: () => drawn, press: () => measure.toggle() },
    },
    {
      ...{ id: 'lines', icon: 'layers', label: () => room.words.lines, title: () => room.words.linesTitle },
      ...{ pressed: () => lines.shown, there: () => drawn && lines.any, press: () => lines.toggle() },
    },
    {
      ...{ id: 'photos', icon: 'camera', label: () => room.words.photos },
      title: () => (photos.lookedAt ? room.words.photosTitle : room.words.photosWhere),
      ...{ pressed: () => photos.shown, there: () => photos.any, press: () => void photos.toggle() },
    },
    {
      ...{ id: 'splats', icon: 'splats', label: () => room.words.splats, title: () => room.words.splatsTitle },
      ...{ pressed: () => splats.shown, there: () => splats.any, press: () => void splats.toggle() },
    },
    {
      ...{ id: 'download', icon: 'download', label: () => room.words.download, title: () => room.words.downloadTitle },
      ...{ pressed: null, there: () => download !== null, press: () => download?.() },
    },
    {
      ...{ id: 'ar', icon: 'ar', label: () => room.words.ar, title: null },
      ...{ pressed: null, there: () => ar.there(), press: () => ar.start() },
    },
    {
      // Whoever can see a place may ask, whatever else there is in it.
      ...{ id: 'ask', icon: 'cover', label: () => room.words.ask, title: () => room.words.askTitle },
      ...{ pressed: () => ask.isOpen(), there: () => true, press: () => ask.toggle() },
    },
  ];
}
