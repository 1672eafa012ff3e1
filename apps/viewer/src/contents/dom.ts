type Props = Readonly<Record<string, string | number | boolean | null | ((event: Event) => void)>>;
type Child = Node | string | null;

/** An element: properties are attributes, functions listen to the event of their name; null and false are left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') made.addEventListener(name, value);
    else if (value !== null && value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** A drawing of 24 by 24, in strokes of the colour of the text; it says nothing to who does not see it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

const ICONS = {
  info: 'M12 11v6M12 7.2v.1',
  picture: 'M4 6h16v12H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.2v.1',
  video: 'M8 5.5v13l11-6.5z',
  sound: 'M5 10v4h3l4 4V6l-4 4zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 6 6l1-1',
  food: 'M7 4v7M4.5 4v4a2.5 2.5 0 0 0 5 0V4M7 11v9M16 4c-2 1-3 4-3 7h3zM16 11v9',
  shop: 'M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0',
  toilet: 'M8 5.2v.1M8 8v6M6 20v-6h4v6M16 5.2v.1M16 8l-2.5 7h5zM15 15v5M17 15v5',
  lift: 'M5 4h14v16H5zM9 10l3-3 3 3M9 14l3 3 3-3',
  stairs: 'M4 19h4v-4h4v-4h4V7h4',
  exit: 'M10 5H5v14h5M10 12h10M16 8l4 4-4 4',
  help: 'M9 9.5a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.1',
  list: 'M9 7h11M9 12h11M9 17h11M4.5 7v.1M4.5 12v.1M4.5 17v.1',
  ruler: 'M4 16 16 4l4 4L8 20zM8 12l2 2M11 9l2 2M14 6l2 2',
  layers: 'M12 4 3 9l9 5 9-5zM4 13.5l8 4.5 8-4.5',
  camera: 'M4 8h4l1.5-2.5h5L16 8h4v11H4zM12 16a3 3 0 1 0 0-6 3 3 0 0 0 0 6',
  splats: 'M9 14a5 3 0 1 0 0-6 5 3 0 0 0 0 6M16.5 18a3.5 2.5 0 1 0 0-5 3.5 2.5 0 0 0 0 5M17 7.5a2 1.5 0 1 0 0-3 2 1.5 0 0 0 0 3',
  download: 'M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 19.5h14',
  plan: 'M4 5l5-1.5 6 2L20 4v14.5L15 20l-6-2-5 1.5zM9 3.5V18M15 5.5V20',
  ar: 'M12 3l8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9',
  cover: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8M5 20a7 7 0 0 1 14 0M4 4l16 16',
  play: 'M8 5.5v13l11-6.5z',
  pause: 'M8 5v14M16 5v14',
  next: 'M6 5.5v13l9-6.5zM18 5.5v13',
  previous: 'M18 5.5v13L9 12zM6 5.5v13',
  stop: 'M6.5 6.5h11v11h-11z',
  close: 'M6 6l12 12M18 6 6 18',
  back: 'M14 6l-6 6 6 6',
  tour: 'M6 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4M18 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4M8 18h7a3 3 0 0 0 0-6H9a3 3 0 0 1 0-6h7',
  flag: 'M6 21V4h11l-2 4 2 4H6',
  place: 'M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5',
} as const;
export type IconName = keyof typeof ICONS;
