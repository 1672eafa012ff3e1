import { VISIT_EVENTS_MAX, visitEventsBody } from '@stead/contracts/viewing';
import { Diary } from './diary';

const A = '3b241101-e2bb-4255-8caf-4136c566a962';
const B = '9c858901-8a57-4791-81fe-4c455b099bc9';

describe('the diary of a visit', () => {
  let nowMs = 0;
  let sent: unknown[] = [];
  let diary: Diary;
  beforeEach(() => {
    [nowMs, sent] = [0, []];
    diary = new Diary({
      visit: () => 'visit',
      nowMs: () => nowMs,
      send: (body) => void sent.push(visitEventsBody.parse(JSON.parse(body)).events),
    });
  });

  it('says once that the place was seen and walked in, and for how long each hotspot was looked at', () => {
    for (let i = 0; i < 3; i += 1) {
      diary.ready();
      diary.moved();
    }
    diary.opened(A);
    nowMs = 2_000;
    diary.opened(B); // which closes the one before
    nowMs = 2_500;
    diary.closed();
    diary.closed();
    diary.tourFinished(A);
    diary.tourFinished(A);
    diary.tell();
    expect(sent).toEqual([
      [
        { what: 'ready' },
        { what: 'moved' },
        { what: 'hotspot', hotspotId: A, dwellMs: 2_000 },
        { what: 'hotspot', hotspotId: B, dwellMs: 500 },
        { what: 'tour-finished', tourId: A },
      ],
    ]);
  });

  it('is told when the page is left, and goes on where it comes back', () => {
    diary.opened(A);
    nowMs = 1_000;
    diary.tell();
    nowMs = 1_500;
    diary.closed();
    diary.tell();
    diary.tell(); // nothing new
    expect(sent).toEqual([
      [{ what: 'hotspot', hotspotId: A, dwellMs: 1_000 }],
      [{ what: 'hotspot', hotspotId: A, dwellMs: 500 }],
    ]);
  });

  it('never sends more at a time than is taken', () => {
    for (let i = 0; i < VISIT_EVENTS_MAX + 10; i += 1) {
      diary.opened(A);
      diary.closed();
    }
    diary.tell();
    expect(sent.map((events) => (events as unknown[]).length)).toEqual([VISIT_EVENTS_MAX, 10]);
  });
});
