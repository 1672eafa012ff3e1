import { Button } from '@mantine/core';
import { Suspense, lazy, useEffect, useState, type JSX } from 'react';
import { useTranslation } from 'react-i18next';

const Palette = lazy(() => import('./palette/palette').then(({ Palette: component }) => ({ default: component })));
const IS_MAC = /mac|iphone|ipad/i.test(navigator.userAgent);

/** Opens the palette, as Ctrl-K does, or ⌘K. Its code comes when it is asked for. */
export function PaletteButton(): JSX.Element {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      setOpen((known) => !known);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        aria-keyshortcuts={IS_MAC ? 'Meta+K' : 'Control+K'}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {t('palette')}
        <span aria-hidden="true" className="shell-keys">
          {IS_MAC ? '⌘K' : 'Ctrl K'}
        </span>
      </Button>
      {isOpen && (
        <Suspense fallback={null}>
          <Palette onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
