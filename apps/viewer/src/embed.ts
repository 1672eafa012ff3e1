/**
 * `<stead-space src="https://…/v/<id>" lang="ko">`: a place in somebody else's page. Classic script or module, nothing else needed.
 * All is inside of one function, so that a page that loads it as a classic script gets no names from it.
 */
(() => {
  const NAME = 'stead-space';
  const EVENTS: readonly unknown[] = ['stead:ready', 'stead:problem', 'stead:hotspot', 'stead:view'];
  const ALLOWED = 'xr-spatial-tracking; fullscreen';
  const WAITING_MAX = 20;
  /** The id of no tour: whichever plays is meant. */
  const NOBODY = '00000000-0000-0000-0000-000000000000';

  type Command = Readonly<Record<string, string>>;

  class SteadSpace extends HTMLElement {
    static readonly observedAttributes = ['src', 'lang', 'title'];
    private readonly frame = document.createElement('iframe');
    /** Asked for before there was anybody to hear it. */
    private waiting: Command[] = [];
    private heard = false;
    private lastTour = NOBODY;
    private readonly hear = (event: MessageEvent<unknown>): void => this.onMessage(event);

    connectedCallback(): void {
      const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
      const style = document.createElement('style');
      style.textContent =
        ':host{display:block;aspect-ratio:16/9;min-block-size:20rem}:host([hidden]){display:none}' +
        'iframe{inline-size:100%;block-size:100%;border:0}';
      this.frame.loading = 'lazy';
      this.frame.allow = ALLOWED;
      this.frame.referrerPolicy = 'origin';
      root.replaceChildren(style, this.frame);
      this.load();
      addEventListener('message', this.hear);
    }

    disconnectedCallback(): void {
      removeEventListener('message', this.hear);
    }

    attributeChangedCallback(): void {
      if (this.isConnected && this.shadowRoot !== null) this.load();
    }

    /** Flies to a hotspot and opens it. */
    go(hotspotId: string): void {
      this.tell({ type: 'stead:go', hotspotId });
    }

    play(tourId: string): void {
      this.lastTour = tourId;
      this.tell({ type: 'stead:tour', tourId, action: 'play' });
    }

    /** Pauses the tour that plays. */
    pause(tourId: string = this.lastTour): void {
      this.tell({ type: 'stead:tour', tourId, action: 'pause' });
    }

    private get address(): URL | null {
      const src = this.getAttribute('src');
      if (src === null || !URL.canParse(src, document.baseURI)) return null;
      const url = new URL(src, document.baseURI);
      return /^https?:$/.test(url.protocol) ? url : null;
    }

    private load(): void {
      const { address, frame } = this;
      frame.title = this.getAttribute('title') ?? '3D';
      if (address === null) return frame.removeAttribute('src');
      const language = this.getAttribute('lang');
      if (language !== null) address.searchParams.set('lang', language);
      if (frame.src === address.href) return;
      this.heard = false;
      frame.src = address.href;
    }

    private tell(command: Command): void {
      const { address } = this;
      if (this.heard && address !== null) this.frame.contentWindow?.postMessage(command, address.origin);
      else if (this.waiting.length < WAITING_MAX) this.waiting.push(command);
    }

    private onMessage({ source, origin, data }: MessageEvent<unknown>): void {
      if (source !== this.frame.contentWindow || origin !== this.address?.origin) return;
      if (typeof data !== 'object' || data === null || !('type' in data) || !EVENTS.includes(data.type)) return;
      this.heard = true;
      for (const command of this.waiting.splice(0)) this.tell(command);
      this.dispatchEvent(new CustomEvent(String(data.type), { detail: data, bubbles: true }));
    }
  }

  if (customElements.get(NAME) === undefined) customElements.define(NAME, SteadSpace);
})();
