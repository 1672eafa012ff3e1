import type { OpeningHours } from '@stead/contracts/studio';
import { fill } from '../words';
import type { ArAnchor, Hotspot, Listed } from './catalogue';
import { h, icon } from './dom';
import { titleOf } from './entries';
import { figure, mediumOf } from './media';
import { openAt, weekOf } from './opening-hours';
import { viewOf } from './places';
import { quantityText } from './quantity';
import { linkTo, richText, safeAddress } from './rich-text';
import type { Room } from './room';
import { said, textOf } from './said';
import { weekdayName } from './words';

/** Everything that there is to say about an element. */
export function itemBody(element: Listed, room: Room, playTour: (id: string) => void): Node {
  switch (element.kind) {
    case 'hotspot':
      return hotspotBody(element, room);
    case 'tour': {
      const { words, language, catalogue } = room;
      const play = h('button', { type: 'button', class: 'primary', click: () => playTour(element.id) }, icon('play'), words.play);
      const stops = element.stops.map(({ hotspotId, narration }) => {
        const title = textOf(catalogue.find('hotspot', hotspotId)?.title ?? null, language) || words.stopUnnamed;
        const text = textOf(narration, language);
        return h('li', {}, h('strong', {}, title), text === '' ? null : h('p', {}, text));
      });
      return h('div', {}, play, h('ol', { class: 'stops' }, ...stops));
    }
    case 'measurement': {
      const derived = room.catalogue.derived(element.id, 'measurement');
      const value = derived === null ? null : h('p', { class: 'value' }, quantityText(derived.measured, room.language));
      return h('div', {}, value, h('p', { class: 'quiet' }, room.words.accuracy), goThere(element, room));
    }
    case 'route-point': {
      const { turningM } = element;
      const { words, language } = room;
      const turning =
        turningM === null ? words.turningUnknown : fill(words.turning, { turning: turningM.toLocaleString(language) });
      return h('div', {}, h('p', {}, turning), goThere(element, room));
    }
    case 'ar-anchor':
      return anchorBody(element, room);
  }
}

function hotspotBody(hotspot: Hotspot, room: Room): Node {
  const { language, words } = room;
  const text = said(hotspot.text, language);
  const prose = text === null ? null : h('div', { class: 'prose', lang: text.language }, richText(text.text));
  const links = hotspot.links.flatMap(({ url, label }) => {
    const address = safeAddress(url);
    return address === null ? [] : [h('li', {}, outward(address, textOf(label, language), room))];
  });
  return h(
    'div',
    {},
    hotspot.category === null ? null : h('p', { class: 'tag' }, words[`category-${hotspot.category}`]),
    ...hotspot.media.map((shown) => figure(shown, room)),
    prose,
    links.length === 0 ? null : h('ul', { class: 'links' }, ...links),
    hotspot.hours === null ? null : hoursSection(hotspot.hours, room),
    contactSection(hotspot.contact, room),
    goThere(hotspot, room),
  );
}

function hoursSection(hours: OpeningHours, { words, language }: Room): Node {
  const now = openAt(hours, Date.now());
  const sentence = now.open
    ? fill(words.openUntil, { until: now.until })
    : now.opens === null
      ? words.closedToday
      : fill(words.closedUntil, { opens: now.opens });
  const days = weekOf(hours).flatMap(({ day, intervals }) => [
    h('dt', {}, weekdayName(day, language)),
    h('dd', {}, intervals.map(({ from, to }) => `${from}–${to}`).join(', ') || words.closedDay),
  ]);
  return h(
    'section',
    { class: 'hours' },
    h('h3', {}, words.hours),
    h('p', { class: now.open ? 'now open' : 'now' }, sentence),
    h('dl', {}, ...days),
    h('p', { class: 'quiet' }, fill(words.placeTime, { zone: hours.timeZone })),
  );
}

function contactSection(contact: Hotspot['contact'], room: Room): Node | null {
  if (contact === null) return null;
  const { words } = room;
  const { phone, email, website, address } = contact;
  const line = (term: string, value: Node | string): Node[] => [h('dt', {}, term), h('dd', {}, value)];
  const lines = [
    ...(phone === undefined ? [] : line(words.phone, h('a', { href: `tel:${phone.replaceAll(/[^+0-9]/g, '')}` }, phone))),
    ...(email === undefined ? [] : line(words.email, h('a', { href: `mailto:${encodeURIComponent(email)}` }, email))),
    ...(website === undefined || safeAddress(website) === null ? [] : line(words.website, outward(website, website, room))),
    ...(address === undefined ? [] : line(words.address, address)),
  ];
  return h('section', {}, h('h3', {}, words.contact), h('dl', {}, ...lines));
}

function anchorBody(anchor: ArAnchor, room: Room): Node {
  const { catalogue, files, words, language } = room;
  const fallback = catalogue.media(anchor.fallbackMediaId);
  const usdz = catalogue.media(anchor.usdzMediaId);
  const title = titleOf(anchor, language, words);
  const picture = fallback === null ? null : mediumOf(fallback, title, room);
  return h(
    'div',
    {},
    picture,
    usdz === null ? null : quickLook(files.at(usdz.path), title, words.arQuickLook),
    goThere(anchor, room),
  );
}

/** What Apple's browser opens in the room; it wants a link of this kind with a picture in it. Others are not shown it. */
function quickLook(address: string, title: string, words: string): Node | null {
  const link = h('a', { href: address, class: 'button', 'aria-label': `${words}: ${title}` });
  if (!link.relList.supports('ar')) return null;
  link.rel = 'ar';
  link.append(h('img', { alt: '', src: BLANK, width: 1, height: 1 }), words);
  return link;
}
const BLANK = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

function outward(address: string, label: string, { words }: Room): Node {
  return linkTo(h('a', {}, label, h('span', { class: 'unseen' }, ` (${words.newWindow})`)), address);
}

function goThere(element: Listed, room: Room): Node | null {
  const view = room.viewer === null ? null : viewOf(element, room);
  if (view === null) return null;
  return h('button', { type: 'button', class: 'go', click: () => room.goTo(view) }, icon('place'), room.words.goThere);
}
