import { useEffect, useState } from 'react';

/** A picture that is just being replaced may still be loading; its address is good until it surely has been. */
const RELEASE_AFTER_MS = 10_000;

/** An address for bytes that are here; given back when they are not shown any more. */
export function useObjectUrl(bytes: Blob | undefined): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (bytes === undefined) return setUrl(null);
    const made = URL.createObjectURL(bytes);
    setUrl(made);
    return () => void setTimeout(() => URL.revokeObjectURL(made), RELEASE_AFTER_MS);
  }, [bytes]);
  return url;
}
