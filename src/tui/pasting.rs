//! What is pasted where nothing is typed: it is no key, and it is not lost. It goes to a filter.

use super::{
    among::whole_run,
    app::App,
    event::{FilterLine, Route},
    keymap::Mode,
    overlays::Overlay,
    pages::Page,
};

impl App {
    pub(super) fn paste(&mut self, pasted: &str) {
        let small = self.is_too_small();
        match &mut self.overlay {
            Some(Overlay::Chooser(_)) => {
                self.status = Some("Nothing is typed here. Esc first, then paste.".to_owned());
            }
            Some(overlay) => overlay.paste(pasted, &self.cx),
            None if small => {}
            None => {
                self.tab = None;
                self.paste_into_page(pasted);
            }
        }
    }

    /// A page that has a field for it takes it. Any other leads to the records of its run, with it in the filter, and Esc twice
    /// leads back.
    fn paste_into_page(&mut self, pasted: &str) {
        let page = self.pages.top_mut();
        let has_own = matches!(page, Page::Runs(_) | Page::Groups(_) | Page::Records(_));
        let run = self.run.as_ref().map(|run| run.id);
        match run {
            Some(run) if !has_own && page.mode() == Mode::Moving => {
                let mut route = whole_run(run);
                if let Route::Records { typed, .. } = &mut route {
                    *typed = Some(FilterLine::Typed(pasted.to_owned()));
                }
                self.status = None;
                self.cx.go(route);
            }
            _ => page.paste(pasted, &mut self.cx),
        }
    }
}
