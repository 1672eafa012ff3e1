import type { EmbedderCommand } from '../embedding/messages';
import { addressedView } from './addressed';
import type { Listed } from './catalogue';
import type { Room } from './room';
import type { TourPlayer } from './tour-player';

/** What others than the visitor's hand may ask of the contents. */
export interface Askable {
  readonly room: Room;
  readonly tour: TourPlayer;
  open(element: Listed): void;
  play(tourId: string): void;
}

/** `#hotspot=<id>`, `#view=<from, to>`: the address of a hotspot or of a view, to be sent to somebody. */
export function openAddressed({ room, open }: Askable): void {
  const view = addressedView(location.hash);
  if (view !== null) room.goTo(view);
  const id = new URLSearchParams(location.hash.slice(1)).get('hotspot');
  const hotspot = room.catalogue.find('hotspot', id);
  if (hotspot !== null) open(hotspot);
}

/** The page around this one asks. */
export function obey(command: EmbedderCommand, { room, tour, open, play }: Askable): void {
  switch (command.type) {
    case 'stead:go': {
      const hotspot = room.catalogue.find('hotspot', command.hotspotId);
      return hotspot === null ? undefined : open(hotspot);
    }
    case 'stead:tour':
      if (command.action === 'play') return play(command.tourId);
      return command.action === 'pause' ? tour.pause() : tour.stop();
    case 'stead:view':
      return room.goTo({ position: command.position, target: command.target });
  }
}
