import { Stack, Table, Text, Title } from '@mantine/core';
import type { JSX } from 'react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { CaptureKind } from '@stead/contracts/pipeline';
import type { components } from '@stead/web/api-client';
import { body, useRead } from '../../../app/api';
import { duration } from '../../../app/duration';
import { Loading, ProblemAlert } from '../../../app/feedback';
import { verdictIn, whyIn } from '../../../app/reasons';
import { buildBody, type BuildDraft } from '../build-settings';
import { moneyText } from '../figures';
import { useMapWords } from '../map-words';
import type { featuresOf } from './chosen-files';

type RunEstimate = components['schemas']['RunEstimate'];
type Features = ReturnType<typeof featuresOf>;

/** Time and price of a map on each cluster, before anybody pays for it. */
export function Estimate({
  kind,
  features,
  draft,
}: {
  kind: CaptureKind | null;
  features: Features | null;
  draft: BuildDraft;
}): JSX.Element {
  const { t } = useMapWords();
  const { data, error, isFetching } = useEstimate(kind, features, draft);
  return (
    <section aria-labelledby="estimate-title" aria-busy={isFetching}>
      <Title order={3} size="h4" id="estimate-title" mb="xs">
        {t('estimate')}
      </Title>
      <ProblemAlert error={error} />
      {features === null ? (
        <Text c="dimmed">{t('estimateNone')}</Text>
      ) : data === undefined ? (
        error === null && <Loading />
      ) : (
        <Told estimate={data} />
      )}
    </section>
  );
}

/** Asked for anew now and then: clusters fill up and empty while somebody thinks. */
const REFRESH_MS = 15_000;
/** Fewer maps say little about one of another size. */
const SAMPLES_FEW = 5;

function useEstimate(kind: CaptureKind | null, features: Features | null, draft: BuildDraft): UseQueryResult<RunEstimate> {
  const asked = { entrypoint: kind ?? 'photos', features: features ?? NOTHING, ...buildBody(draft) };
  return useRead(['estimate', JSON.stringify(asked)], async (api) => body(await api.POST('/v1/runs/estimate', { body: asked })), {
    enabled: kind !== null && features !== null,
    keepsOld: true,
    everyMs: REFRESH_MS,
  });
}
const NOTHING: Features = { files: 1, megapixels: null, points: null, bytes: 0 };

function Told({ estimate: { plan, places, runtime, samples } }: { estimate: RunEstimate }): JSX.Element {
  const { t, language } = useMapWords();
  const time = (seconds: number): string => duration(seconds, language);
  const spread = ({ p50, p90 }: { p50: number; p90: number }, of: (value: number) => string): string =>
    of(p50) === of(p90) ? of(p50) : t('upTo', { low: of(p50), high: of(p90) });
  return (
    <Stack gap="xs">
      <Text role="status" size="sm">
        {plan === null
          ? t('estimateUnknown', { time: spread(runtime, time) })
          : t('estimatePlan', { why: whyIn(language, plan) })}
      </Text>
      {places.length > 0 && (
        <div className="maps-wide" tabIndex={0} role="region" aria-label={t('estimate')}>
          <Table withTableBorder>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">{t('place')}</Table.Th>
                <Table.Th scope="col">{t('begins')}</Table.Th>
                <Table.Th scope="col">{t('readyIn')}</Table.Th>
                <Table.Th scope="col">{t('price')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {places.map(({ cluster, kind, reason, why, startInS, doneInS, cost }) => (
                <Table.Tr key={cluster} data-kind={kind}>
                  <Table.Th scope="row">
                    {cluster} ({t(kind === 'onprem' ? 'placeOwn' : 'placeCloud')})
                    <Text size="xs" c="dimmed" fw={400}>
                      {verdictIn(language, { reason, why, cluster })}
                    </Text>
                  </Table.Th>
                  <Table.Td>
                    {startInS === null ? t('notKnown') : startInS < 1 ? t('atOnce') : t('inTime', { time: time(startInS) })}
                  </Table.Td>
                  <Table.Td>{doneInS === null ? t('notKnown') : spread(doneInS, time)}</Table.Td>
                  <Table.Td>{cost === null ? t('notKnown') : spread(cost, (amount) => moneyText(amount, language))}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      <Text size="xs" c="dimmed">
        {[
          samples === 0 ? t('estimateGuess') : t('estimateSamples', { count: samples }),
          ...(samples > 0 && samples < SAMPLES_FEW ? [t('estimateFew')] : []),
          ...(places.length > 0 ? [t('estimateFoot')] : []),
          ...(places.length > 1 ? [t('estimateCopies')] : []),
        ].join(' ')}
      </Text>
    </Stack>
  );
}
