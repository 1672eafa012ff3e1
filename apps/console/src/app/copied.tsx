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
  const [result, setResult] = useState<'copied' | 'copyByHand' | null>(null);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setResult('copied');
    } catch {
      // Not given to pages without TLS, or refused by whoever was asked.
      field?.select();
      setResult('copyByHand');
    }
  };
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
