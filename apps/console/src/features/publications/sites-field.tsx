import { Button, CloseButton, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import type { JSX } from 'react';
import type { FieldProblems } from '../../app/forms';
import { usePublicationWords } from './publication-words';
import type { SettingsDraft, Sites } from './settings-draft';

const CHOICES: Record<Sites, 'sitesAny' | 'sitesNone' | 'sitesList'> = {
  ...{ any: 'sitesAny', none: 'sitesNone', list: 'sitesList' },
};

/** Which sites may show the place in a frame, one field each, so that what is wrong with one stands beside it. */
export function SitesField({
  draft: { sites, siteList },
  onChange,
  problems,
}: {
  draft: Pick<SettingsDraft, 'sites' | 'siteList'>;
  onChange: (change: Partial<SettingsDraft>) => void;
  problems: FieldProblems;
}): JSX.Element {
  const { t } = usePublicationWords();
  const kinds = Object.keys(CHOICES) as Sites[]; // its keys are exactly these
  const choose = (value: string): void => {
    const kind = kinds.find((one) => one === value);
    if (kind !== undefined) onChange({ sites: kind, siteList: kind === 'list' && siteList.length === 0 ? [''] : siteList });
  };
  const shown = siteList.length === 0 ? [''] : siteList;
  return (
    <Stack gap="xs">
      <Radio.Group label={t('sites')} value={sites} onChange={choose} error={problems.at('/embedSites')}>
        <Stack gap="xs" mt="xs">
          {kinds.map((kind) => (
            <Radio key={kind} value={kind} label={t(CHOICES[kind])} />
          ))}
        </Stack>
      </Radio.Group>
      {sites === 'list' && (
        <Stack gap="xs" pl="lg" align="stretch">
          <Text size="sm" c="dimmed">
            {t('siteHint')}
          </Text>
          {shown.map((site, i) => (
            // Lines have no name of their own, and only the one that is removed goes.
            <Group key={i} wrap="nowrap" align="start" gap="xs">
              <TextInput
                flex={1}
                aria-label={t('site', { number: i + 1 })}
                placeholder="https://example.com"
                value={site}
                onChange={({ currentTarget: { value } }) =>
                  onChange({ siteList: shown.map((one, k) => (k === i ? value : one)) })
                }
                error={problems.at(`/embedSites/${i}`)}
                inputMode="url"
              />
              <CloseButton
                size="lg"
                aria-label={t('removeSite', { number: i + 1 })}
                onClick={() => onChange({ siteList: shown.filter((_, k) => k !== i) })}
              />
            </Group>
          ))}
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => onChange({ siteList: [...shown, ''] })}
            className="publication-start"
          >
            {t('addSite')}
          </Button>
        </Stack>
      )}
    </Stack>
  );
}
