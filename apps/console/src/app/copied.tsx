import { Button, Group, Text, TextInput, Textarea } from '@mantine/core';
import { useState, type FocusEvent, type JSX } from 'react';
import { useTranslation } from 'react-i18next';
import './forms.css';

const CODE_ROWS = 5;

/** Text in a field, with a button that copies it; where the browser forbids that, it is selected for whoever copies by hand. */
export function Copied({
  text,
  label,
  button,
  code = false,
}: {
  text: string;
  label: string;
  button: string;
  /** Of more than one line. */
  code?: boolean;
}): JSX.Element {
  const { t } = useTranslation();
  const [field, setField] = useState<HTMLInputElement | HTMLTextAreaElement | null>(null);
  const [result, copy] = useCopy(text, () => field?.select());
  const shown = {
    ...{ readOnly: true, 'aria-label': label, value: text, size: 'xs', flex: 1 },
    onFocus: (event: FocusEvent<HTMLInputElement | HTMLTextAreaElement>) => event.currentTarget.select(),
    classNames: { input: 'forms-code' },
  } as const;
  return (
    <div>
      <Group gap="xs" wrap={code ? 'wrap' : 'nowrap'}>
        {code ? <Textarea {...shown} ref={setField} rows={CODE_ROWS} miw="100%" /> : <TextInput {...shown} ref={setField} />}
        <Button size="xs" variant="default" onClick={() => void copy()} aria-label={`${button}: ${label}`}>
          {button}
        </Button>
      </Group>
      <Text size="sm" role="status" aria-live="polite">
        {result === null ? '' : t(result)}
      </Text>
    </div>
  );
}

/** Long text of which the beginning is enough to look at, with a button that copies the whole. */
export function CopiedShort({ text, label, button }: { text: string; label: string; button: string }): JSX.Element {
  const { t } = useTranslation();
  const [field, setField] = useState<HTMLElement | null>(null);
  const [result, copy] = useCopy(text, () => field !== null && getSelection()?.selectAllChildren(field));
  return (
    <Group gap="xs" wrap="nowrap">
      <code ref={setField} className="forms-short" title={text}>
        {text}
      </code>
      <Button size="compact-xs" variant="default" onClick={() => void copy()} aria-label={label}>
        {button}
      </Button>
      <Text size="xs" role="status" aria-live="polite">
        {result === null ? '' : t(result)}
      </Text>
    </Group>
  );
}

type Copying = 'copied' | 'copyByHand' | null;

function useCopy(text: string, select: () => void): [Copying, () => Promise<void>] {
  const [result, setResult] = useState<Copying>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setResult('copied');
    } catch {
      // Not given to pages without TLS, or refused by whoever was asked.
      select();
      setResult('copyByHand');
    }
  };
  return [result, copy];
}
