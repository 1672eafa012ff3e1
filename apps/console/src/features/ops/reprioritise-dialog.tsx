import { Button, Group, NumberInput, TextInput } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { QueueItemView } from '@stead/contracts/dispatcher';
import { tagOf } from './cluster-orders';
import { useOpsWords } from './ops-words';
import { OrderDialog } from './order-dialog';
import { platform } from './queries';

export function ReprioritiseDialog({ item, onClose }: { item: QueueItemView; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const [priority, setPriority] = useState<number | string>(item.priority);
  const [deadline, setDeadline] = useState(localOf(item.deadline));
  const title = `${t('reprioritise')}: ${item.title}`;
  return (
    <OrderDialog
      {...{ title, button: t('save'), onClose }}
      act={(client, reason) => {
        const changed = deadline !== localOf(item.deadline);
        const until = deadline === '' ? null : new Date(deadline).toISOString();
        const body = { priority, ...(changed && { deadline: until }), ...reason };
        return client.patch(platform(`/queue/${item.runId}`), body, tagOf(item));
      }}
    >
      <NumberInput
        label={t('priority')}
        description="0–100"
        allowDecimal={false}
        value={priority}
        onChange={setPriority}
        required
        data-autofocus
      />
      <Group align="end">
        <TextInput
          type="datetime-local"
          label={t('deadline')}
          value={deadline}
          onChange={(event) => setDeadline(event.currentTarget.value)}
          flex={1}
        />
        <Button variant="default" onClick={() => setDeadline('')}>
          {t('clearDeadline')}
        </Button>
      </Group>
    </OrderDialog>
  );
}

/** As the field wants it: this machine's time, without a zone. */
function localOf(iso: string | null): string {
  if (iso === null) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
