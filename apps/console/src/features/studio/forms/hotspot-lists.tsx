import { Button, Fieldset, Group, Stack, Text } from '@mantine/core';
import type { JSX } from 'react';
import { moveItem } from '../model/arrange';
import type { ElementOf } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { FieldError, LocalisedFields, TextField } from './fields';
import { MediaChoice } from './media-choice';
import type { Problems } from './problems';

type Hotspot = ElementOf<'hotspot'>;
interface ListProps {
  element: Hotspot;
  onChange: (change: Partial<Hotspot>) => void;
  problems: Problems;
}

const SHOWN = ['image', 'video', 'audio'] as const;

/** Pictures, videos and sounds of the library, in the order in which they are shown. */
export function HotspotMedia({ element: { media }, onChange, problems }: ListProps): JSX.Element {
  const { t } = useStudioWords();
  const { writes, media: library } = useStudio();
  const usable = library.some(({ state, kind }) => state === 'ready' && SHOWN.some((one) => one === kind));
  const replace = (at: number, one: Hotspot['media'][number]): void =>
    onChange({ media: media.map((known, i) => (i === at ? one : known)) });
  return (
    <Fieldset legend={t('media')} p="xs">
      <Stack gap="xs">
        {media.map((one, i) => (
          <Fieldset key={`${one.mediaId} ${i}`} legend={t('mediaNumber', { number: i + 1 })} p="xs">
            <MediaChoice
              label={t('mediaFile')}
              kinds={SHOWN}
              value={one.mediaId}
              none={t('mediaTakeOut')}
              onChange={(mediaId) =>
                mediaId === null ? onChange({ media: media.filter((_, k) => k !== i) }) : replace(i, { ...one, mediaId })
              }
              error={problems.below(`/media/${i}/mediaId`)}
            />
            <LocalisedFields
              label={t('alt')}
              value={one.alt}
              onChange={(alt) => replace(i, { ...one, alt })}
              {...{ pointer: `/media/${i}/alt`, problems }}
            />
            <LocalisedFields
              label={t('caption')}
              value={one.caption}
              onChange={(caption) => replace(i, { ...one, caption })}
              {...{ pointer: `/media/${i}/caption`, problems }}
            />
            {writes && (
              <Rows
                of={t('mediaNumber', { number: i + 1 })}
                at={i}
                count={media.length}
                onMove={(to) => onChange({ media: moveItem(media, i, to) })}
                onRemove={() => onChange({ media: media.filter((_, k) => k !== i) })}
              />
            )}
          </Fieldset>
        ))}
        {writes && !usable && (
          <Text size="xs" c="dimmed">
            {t('mediaNone')}
          </Text>
        )}
        {writes && usable && (
          <MediaChoice
            label={t('mediaAdd')}
            kinds={SHOWN}
            value={null}
            none={t('mediaChoose')}
            onChange={(mediaId) => mediaId !== null && onChange({ media: [...media, { mediaId, alt: null, caption: null }] })}
          />
        )}
        {problems.at('/media') !== undefined && <FieldError>{problems.at('/media')}</FieldError>}
      </Stack>
    </Fieldset>
  );
}

export function HotspotLinks({ element: { links }, onChange, problems }: ListProps): JSX.Element {
  const { t } = useStudioWords();
  const { writes } = useStudio();
  const replace = (at: number, one: Hotspot['links'][number]): void =>
    onChange({ links: links.map((known, i) => (i === at ? one : known)) });
  return (
    <Fieldset legend={t('links')} p="xs">
      <Stack gap="xs">
        {links.map((one, i) => (
          <Fieldset key={i} legend={t('linkNumber', { number: i + 1 })} p="xs">
            <TextField
              label={t('linkAddress')}
              value={one.url}
              onChange={(url) => replace(i, { ...one, url: url.trim() })}
              error={problems.at(`/links/${i}/url`)}
            />
            <LocalisedFields
              label={t('linkLabel')}
              value={one.label}
              onChange={(label) => replace(i, { ...one, label: label ?? {} })}
              {...{ pointer: `/links/${i}/label`, problems }}
            />
            {writes && (
              <Rows
                of={t('linkNumber', { number: i + 1 })}
                at={i}
                count={links.length}
                onMove={(to) => onChange({ links: moveItem(links, i, to) })}
                onRemove={() => onChange({ links: links.filter((_, k) => k !== i) })}
              />
            )}
          </Fieldset>
        ))}
        {writes && (
          <Group>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => onChange({ links: [...links, { url: 'https://', label: { ko: '더 보기', en: 'More' } }] })}
            >
              {t('linkAdd')}
            </Button>
          </Group>
        )}
      </Stack>
    </Fieldset>
  );
}

/** Up, down and out, for one of a list. */
export function Rows({
  of,
  at,
  count,
  onMove,
  onRemove,
}: {
  of: string;
  at: number;
  count: number;
  onMove: (to: number) => void;
  onRemove: () => void;
}): JSX.Element {
  const { t } = useStudioWords();
  return (
    <Group gap={4} mt={4}>
      <Button
        size="compact-xs"
        variant="default"
        disabled={at === 0}
        aria-label={t('upOf', { of })}
        onClick={() => onMove(at - 1)}
      >
        ↑
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        disabled={at === count - 1}
        aria-label={t('downOf', { of })}
        onClick={() => onMove(at + 1)}
      >
        ↓
      </Button>
      <Button size="compact-xs" variant="default" aria-label={t('removeOf', { of })} onClick={onRemove}>
        {t('takeOut')}
      </Button>
    </Group>
  );
}
