import { useState, type ChangeEvent } from 'react';

interface Typed {
  value: string;
  onFocus: () => void;
  onBlur: () => void;
  onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => void;
}

/**
 * A field that shows what is typed for as long as somebody is in it: that what they typed was saved, and cleaned by the server, must
 * not move the cursor or eat a space.
 */
export function useTyped(shown: string, commit: (text: string) => void): Typed {
  const [typed, setTyped] = useState<string | null>(null);
  return {
    value: typed ?? shown,
    onFocus: () => setTyped(shown),
    onBlur: () => setTyped(null),
    onChange: ({ currentTarget: { value } }) => {
      setTyped(value);
      commit(value);
    },
  };
}

/** A number as people write it; null where it is none. */
export function numberOf(text: string): number | null {
  const given = text.trim().replace(',', '.');
  const number = Number(given);
  return given === '' || !Number.isFinite(number) ? null : number;
}

/** Without the noise of the last digits; a micrometre is enough for everybody. */
export function textOf(number: number | null): string {
  return number === null ? '' : String(Math.round(number * 1e6) / 1e6);
}
