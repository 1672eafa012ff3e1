import { Alert, Button, Checkbox, Group, Stack, Text, Title } from '@mantine/core';
import { useEffect, useRef, useState, type JSX } from 'react';
import { ProblemAlert } from '../../../app/feedback';
import { AnchorForm } from '../forms/anchor-form';
import { HotspotForm } from '../forms/hotspot-form';
import { CalibrationForm, MeasurementForm } from '../forms/measure-forms';
import { PlanForm } from '../forms/plan-form';
import { problemsOf, type Problems } from '../forms/problems';
import { RedactionForm } from '../forms/redaction-form';
import { RoutePathForm, RoutePointForm } from '../forms/route-forms';
import { TourForm } from '../forms/tour-form';
import { placeOf } from '../model/make';
import { KIND_WORDS, nameOf } from '../model/naming';
import type { Element, SceneElement } from '../model/types';
import { useApi } from '../queries';
import { usePut, useStudio } from '../studio-context';
import { useStudioWords } from '../studio-words';
import { DeleteDialog } from './delete-dialog';

/** Everything that there is to say about one element. */
export function ElementPanel({ one }: { one: SceneElement }): JSX.Element {
  const words = useStudioWords();
  const { t } = words;
  const { kept, select, writes, stage } = useStudio();
  const put = usePut();
  const { element } = one;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: false }), [element.id]);
  const [asked, setAsked] = useState(false);
  const problems = problemsOf(kept.refused.get(element.id) ?? null);
  const place = placeOf(
    element,
    kept.elements.map(({ element: known }) => known),
  );
  const look = (): void => {
    if (element.kind === 'hotspot' && element.view !== null) stage?.goTo(element.view);
    else if (place !== null) stage?.standAt(place, element.kind === 'hotspot' ? element.normal : [0, 0, 1]);
  };
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Button size="compact-sm" variant="default" onClick={() => select(null)}>
          ← {t('backToList')}
        </Button>
        <Text size="sm" c="dimmed">
          {t(KIND_WORDS[element.kind])}
        </Text>
      </Group>
      <Title order={3} size="h4" ref={heading} tabIndex={-1} className="studio-title">
        {nameOf(element, kept.elements, words)}
      </Title>
      <Group gap="xs">
        {place !== null && (
          <Button size="compact-sm" variant="default" disabled={stage === null} onClick={look}>
            {t('goThere')}
          </Button>
        )}
        {writes && (
          <Button size="compact-sm" variant="outline" color="red" className="studio-danger" onClick={() => setAsked(true)}>
            {t('delete')}
          </Button>
        )}
      </Group>
      <Attention one={one} />
      {problems.error !== null && <ProblemAlert error={problems.error} />}
      <Checkbox
        label={t('hidden')}
        description={t('hiddenHint')}
        checked={element.hidden}
        disabled={!writes}
        onChange={({ currentTarget: { checked } }) => put({ ...element, hidden: checked })}
      />
      <ElementForm one={one} onChange={put} problems={problems} />
      {asked && <DeleteDialog element={element} onClose={() => setAsked(false)} />}
    </Stack>
  );
}

function ElementForm({
  one: { element, derived },
  onChange,
  problems,
}: {
  one: SceneElement;
  onChange: (element: Element) => void;
  problems: Problems;
}): JSX.Element {
  const common = { onChange, problems };
  switch (element.kind) {
    case 'hotspot':
      return <HotspotForm key={element.id} element={element} {...common} />;
    case 'tour':
      return <TourForm key={element.id} element={element} {...common} />;
    case 'measurement':
      return <MeasurementForm key={element.id} element={element} derived={derived} {...common} />;
    case 'calibration':
      return <CalibrationForm key={element.id} element={element} derived={derived} {...common} />;
    case 'plan-alignment':
      return <PlanForm key={element.id} element={element} derived={derived} {...common} />;
    case 'ar-anchor':
      return <AnchorForm key={element.id} element={element} {...common} />;
    case 'route-point':
      return <RoutePointForm key={element.id} element={element} {...common} />;
    case 'route-path':
      return <RoutePathForm key={element.id} element={element} derived={derived} {...common} />;
    case 'redaction':
      return <RedactionForm key={element.id} element={element} {...common} />;
  }
}

const WHY = { residual: 'attentionResidual', outside: 'attentionOutside', unaligned: 'attentionUnaligned' } as const;

/** Why somebody has to look at it since the scene was moved, and a way to say that it is right. */
function Attention({ one: { element, attention } }: { one: SceneElement }): JSX.Element | null {
  const { t } = useStudioWords();
  const { keeper, kept, writes } = useStudio();
  const api = useApi();
  const [error, setError] = useState<unknown>(null);
  if (attention === null) return null;
  const settle = async (): Promise<void> => {
    setError(null);
    const path = { sceneId: kept.scene.id, elementId: element.id };
    const saved = await keeper.act(() => api.POST('/v1/scenes/{sceneId}/elements/{elementId}/settle', { params: { path } }));
    if (!saved) setError(new Error(t('saveFirst')));
  };
  return (
    <Alert color="yellow" title={t('attention')}>
      <Text size="sm">
        {t(WHY[attention.why])} {attention.residual !== null && t('attentionBy', { residual: attention.residual.toPrecision(2) })}
      </Text>
      {writes && (
        <Button mt="xs" size="compact-sm" onClick={() => void settle().catch(setError)}>
          {t('settle')}
        </Button>
      )}
      <ProblemAlert error={error} />
    </Alert>
  );
}
