import { Button, Group, Modal, NumberInput, Stack, TextInput } from '@mantine/core';
import { useState, type JSX } from 'react';
import type { QueueItemView } from '@stead/contracts/dispatcher';
import { tagOf } from './cluster-orders';
import { ProblemAlert } from './feedback';
import { useOpsWords } from './ops-words';
import { platform, useAction } from './queries';

export function ReprioritiseDialog({ item, onClose }: { item: QueueItemView; onClose: () => void }): JSX.Element {
  const { t } = useOpsWords();
  const [priority, setPriority] = useState<number | string>(item.priority);
  const [deadline, setDeadline] = useState(localOf(item.deadline));
  const [reason, setReason] = useState('');
  const action = useAction((client) => {
    const body = {
      priority,
      ...(deadline === localOf(item.deadline) ? {} : { deadline: deadline === '' ? null : new Date(deadline).toISOString() }),
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    };
    return client.patch(platform(`/queue/${item.runId}`), body, tagOf(item));
  });
  return (
    <Modal opened onClose={onClose} title={`${t('reprioritise')}: ${item.title}`} closeButtonProps={{ 'aria-label': t('close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          action.mutate(undefined, { onSuccess: onClose });
        }}
      >
        <Stack>
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
          <TextInput
            label={t('reason')}
            description={t('reasonHint')}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <ProblemAlert error={action.error} />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {t('cancel')}
            </Button>
            <Button type="submit" loading={action.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** As the field wants it: this machine's time, without a zone. */
function localOf(iso: string | null): string {
  if (iso === null) return '';
  const at = new Date(iso);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
