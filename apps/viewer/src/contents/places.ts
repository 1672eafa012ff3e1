import { standBefore, type Vec3, type View } from '@stead/web/viewer-core';
import type { Hotspot, Listed, Tour } from './catalogue';
import { middleOf, type Room } from './room';

const UP: Vec3 = [0, 0, 1];

/** From where an element is looked at; null for a tour, which is no single place. */
export function viewOf(element: Listed, room: Room): View | null {
  switch (element.kind) {
    case 'hotspot':
      return viewOfHotspot(element, room);
    case 'tour':
      return null;
    case 'measurement':
      return before(middleOf(element.measured.points), UP, room);
    case 'route-point':
    case 'ar-anchor':
      return before(element.position, UP, room);
  }
}

export function viewOfHotspot({ view, anchor, normal }: Hotspot, room: Room): View {
  return view ?? before(anchor, normal, room);
}

/** A stop has a view, a hotspot, or both. */
export function viewOfStop({ view, hotspotId }: Tour['stops'][number], room: Room): View | null {
  if (view !== null) return view;
  const hotspot = room.catalogue.find('hotspot', hotspotId);
  return hotspot === null ? null : viewOfHotspot(hotspot, room);
}

function before(point: Vec3, normal: Vec3, { eye, surroundings }: Room): View {
  return standBefore(point, normal, eye.position, surroundings);
}
