import { createLazyRoute } from '@tanstack/react-router';
import { NewMapPage } from './new-map-page';
import '../maps.css';

export const newMapLazyRoute = createLazyRoute('/maps/new')({ component: NewMapPage });
