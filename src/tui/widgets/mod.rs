//! Parts of pages that know nothing about records.
