import { createLazyRoute } from '@tanstack/react-router';
import type { JSX } from 'react';
import { MapPage } from './map-page';
import { RunPage } from './run/run-page';
import './maps.css';

export const mapLazyRoute = createLazyRoute('/maps/$mapId')({ component: OneMap });
export const runLazyRoute = createLazyRoute('/runs/$runId')({ component: OneRun });

function OneMap(): JSX.Element {
  const { mapId } = mapLazyRoute.useParams();
  return <MapPage key={mapId} spaceMapId={mapId} />;
}

function OneRun(): JSX.Element {
  const { runId } = runLazyRoute.useParams();
  return <RunPage key={runId} runId={runId} />;
}
