import { Alert, Button, Fieldset, Group, Stack } from '@mantine/core';
import type { JSX } from 'react';
import { boxOf, prismOf, type Region } from '../model/make';
import type { ElementOf } from '../model/types';
import { useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { FieldError, LocalisedFields, NumberField, PointField, TextField } from './fields';
import type { FormProps } from './form-props';

type Redaction = ElementOf<'redaction'>;
const OUTLINE_MAX = 200;

export function RedactionForm({ element, onChange, problems }: FormProps<'redaction'>): JSX.Element {
  const { t } = useStudioWords();
  const { hands, stage, diagonal, writes } = useStudio();
  const set = (change: Partial<Redaction>): void => onChange({ ...element, ...change });
  const region = (next: Region): void => set({ region: next });
  const error = problems.below('/region');
  return (
    <Stack gap="sm">
      <Alert color="yellow" variant="light">
        {t('redactionHint')}
      </Alert>
      <LocalisedFields
        label={t('titleOptional')}
        value={element.title}
        onChange={(title) => set({ title })}
        {...{ pointer: '/title', problems }}
      />
      <TextField
        label={t('reason')}
        value={element.reason ?? ''}
        onChange={(reason) => set({ reason: reason === '' ? null : reason })}
        error={problems.at('/reason')}
      />
      {element.region.shape === 'box' ? (
        <BoxFields region={element.region} onChange={region} />
      ) : (
        <PrismFields region={element.region} onChange={region} />
      )}
      {error !== undefined && <FieldError>{error}</FieldError>}
      {writes && (
        <Group gap="xs">
          <Button
            size="compact-sm"
            variant="default"
            disabled={stage === null}
            onClick={() =>
              hands.begin({
                ...{ what: 'placeBox', least: 2, most: 2 },
                onDone: ([a, b]) => a !== undefined && b !== undefined && region(boxOf(a.point, b.point, diagonal)),
              })
            }
          >
            {t('boxAgain')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={stage === null}
            onClick={() =>
              hands.begin({
                ...{ what: 'placeOutline', least: 3, most: OUTLINE_MAX },
                onDone: (placed) =>
                  region(
                    prismOf(
                      placed.map(({ point }) => point),
                      diagonal,
                    ),
                  ),
              })
            }
          >
            {t('prismAgain')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

function BoxFields({
  region,
  onChange,
}: {
  region: Extract<Region, { shape: 'box' }>;
  onChange: (region: Region) => void;
}): JSX.Element {
  const { t } = useStudioWords();
  return (
    <>
      <PointField label={t('boxMin')} value={region.min} onChange={(min) => onChange({ ...region, min })} place={false} />
      <PointField label={t('boxMax')} value={region.max} onChange={(max) => onChange({ ...region, max })} place={false} />
    </>
  );
}

function PrismFields({
  region,
  onChange,
}: {
  region: Extract<Region, { shape: 'prism' }>;
  onChange: (region: Region) => void;
}): JSX.Element {
  const { t } = useStudioWords();
  const { outline } = region;
  return (
    <>
      <div className="studio-two">
        <NumberField label={t('prismBottom')} value={region.bottom} onChange={(bottom) => onChange({ ...region, bottom })} />
        <NumberField label={t('prismTop')} value={region.top} onChange={(top) => onChange({ ...region, top })} />
      </div>
      <details>
        <summary>{t('outline', { count: outline.length })}</summary>
        {outline.map(([x, y], i) => (
          <Fieldset key={i} legend={t('pointNumber', { number: i + 1 })} p="xs">
            <div className="studio-two">
              {[x, y].map((value, axis) => (
                <NumberField
                  key={axis}
                  label={axis === 0 ? 'x' : 'y'}
                  ariaLabel={`${t('pointNumber', { number: i + 1 })} ${axis === 0 ? 'x' : 'y'}`}
                  value={value}
                  onChange={(number) =>
                    onChange({
                      ...region,
                      outline: outline.map((known, k) =>
                        k === i ? (axis === 0 ? [number, known[1]] : [known[0], number]) : known,
                      ),
                    })
                  }
                />
              ))}
            </div>
          </Fieldset>
        ))}
      </details>
    </>
  );
}
