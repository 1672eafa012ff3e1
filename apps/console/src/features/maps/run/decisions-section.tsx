import { Text, Title } from '@mantine/core';
import type { JSX } from 'react';
import { Loading, ProblemAlert } from '../../../app/feedback';
import { verdictIn, whyIn } from '../../../app/reasons';
import { useMapWords } from '../map-words';
import type { Decision } from '../queries';

/** Why the run is where it is, and why it is not elsewhere. */
export function DecisionsSection({
  decisions,
  error,
}: {
  decisions: readonly Decision[] | undefined;
  error: unknown;
}): JSX.Element {
  const { t } = useMapWords();
  const [latest, ...earlier] = decisions ?? [];
  return (
    <section aria-labelledby="decisions-title">
      <Title order={3} size="h4" id="decisions-title" mb="xs">
        {t('decisions')}
      </Title>
      <ProblemAlert error={error} />
      {decisions === undefined && error === null && <Loading />}
      {decisions?.length === 0 && <Text c="dimmed">{t('noDecisions')}</Text>}
      {latest !== undefined && <One decision={latest} />}
      {earlier.length > 0 && (
        <details>
          <summary>{t('earlierDecisions', { count: earlier.length })}</summary>
          <ol className="plain-list">
            {earlier.map((decision) => (
              <li key={`${decision.at} ${decision.reason}`}>
                <One decision={decision} />
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}

function One({ decision }: { decision: Decision }): JSX.Element {
  const { language, moment } = useMapWords();
  return (
    <>
      <Text size="sm">
        <time dateTime={decision.at}>{moment(decision.at)}</time> — {whyIn(language, decision)}
      </Text>
      <ul className="maps-names">
        {decision.verdicts.map((verdict) => (
          <li key={verdict.cluster}>
            <Text size="sm">{verdictIn(language, verdict)}</Text>
          </li>
        ))}
      </ul>
    </>
  );
}
